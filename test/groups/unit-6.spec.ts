import { declareSpecs } from '../support/grouped-specs';

declareSpecs('unit', 5, 6);
