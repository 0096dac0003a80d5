import { declareSpecs } from '../support/grouped-specs';

declareSpecs('unit', 3, 6);
