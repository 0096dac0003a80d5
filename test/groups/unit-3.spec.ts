import { declareSpecs } from '../support/grouped-specs';

declareSpecs('unit', 2, 6);
