import { declareSpecs } from '../support/grouped-specs';

declareSpecs('unit', 4, 6);
